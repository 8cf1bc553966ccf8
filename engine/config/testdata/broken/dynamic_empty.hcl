pipeline "p" {}

variable "levels" {
  type    = list(number)
  default = []
}

# No block is made, and what is wrong with it is told all the same.
step "plot" "chart" {
  source = "in.csv"
  output = "out.png"
  y      = "t"
  dynamic "threshold" {
    for_each = var.levels
    content {
      value = var.nope
      color = nofn(threshold.value)
      label = treshold.key
      width = 3
    }
  }
}
