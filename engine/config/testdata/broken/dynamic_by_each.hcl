pipeline "p" {}

step "plot" "one" {
  source = "x.csv"
  output = "x.png"
  y      = "t"
  dynamic "threshold" {
    for_each = each.value
    content {
      value = threshold.value
    }
  }
}

step "plot" "shared" {
  for_each = toset(["a"])
  source   = "x.csv"
  output   = "y.png"
  y        = "t"
  dynamic "precondition" {
    for_each = [each.key]
    content {
      condition     = true
      error_message = ""
    }
  }
}

step "plot" "wrong" {
  for_each = { a = [1], b = 2, c = ["x"] }
  source   = "x.csv"
  output   = "${each.key}.png"
  y        = "t"
  dynamic "threshold" {
    for_each = each.value
    content {
      value = threshold.value
    }
  }
}
