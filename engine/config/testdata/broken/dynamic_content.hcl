pipeline "p" {}

step "plot" "chart" {
  source = "x.csv"
  output = "x.png"
  y      = "t"

  dynamic "threshold" {
    for_each = ["high", 2]
    content {
      value = threshold.value
      color = threshold.valeu
      colour = "red"
    }
  }
  dynamic "threshold" {
    for_each = [1]
    content {
      value = limit.value
    }
  }
}
