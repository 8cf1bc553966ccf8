pipeline "p" {}

step "plot" "chart" {
  source = "x.csv"
  output = "x.png"
  y      = "t"

  dynamic "threshold" {
    for_each = step.csv_resample.clean.columns
    content {
      value = 1
    }
  }
  dynamic "threshold" {
    for_each = local.columns
    content {
      value = 1
    }
  }
  dynamic "threshold" {
    for_each = fileset(".", "*.csv")
    content {
      value = 1
    }
  }
}

locals {
  columns = step.csv_resample.clean.columns
}

step "csv_resample" "clean" {
  input    = "in.csv"
  output   = "out.csv"
  interval = "1h"
}
