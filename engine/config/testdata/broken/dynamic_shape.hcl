pipeline "p" {}

step "plot" "chart" {
  source = "x.csv"
  output = "x.png"
  y      = "t"

  dynamic "threshold" {
    for_each = [1]
  }
  dynamic "threshold" {
    for_each = [1]
    labels   = ["a"]
    content {
      value = 1
    }
  }
  dynamic "threshold" {
    for_each = [1]
    iterator = local
    content {
      value = local.value
    }
  }
  dynamic "treshold" {
    for_each = [1]
    content {
      value = 1
    }
  }
}
