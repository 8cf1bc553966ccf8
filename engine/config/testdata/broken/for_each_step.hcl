pipeline "p" {}

step "csv_resample" "clean" {
  input    = "in.csv"
  output   = "out.csv"
  interval = "1h"
}

step "smtp" "mail" {
  for_each = toset([step.csv_resample.clean.output])
  to       = each.value
}
