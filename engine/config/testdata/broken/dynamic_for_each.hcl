pipeline "p" {}

step "plot" "chart" {
  source = "x.csv"
  output = "x.png"
  y      = "t"

  dynamic "threshold" {
    for_each = "high"
    content {
      value = 1
    }
  }
  dynamic "threshold" {
    for_each = null
    content {
      value = 1
    }
  }
  dynamic "threshold" {
    for_each = var.limits
    content {
      value = 1
    }
  }
  dynamic "threshold" {
    content {
      value = 1
    }
  }
}
