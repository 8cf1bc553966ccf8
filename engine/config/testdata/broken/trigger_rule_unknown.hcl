pipeline "p" {}

step "csv_resample" "clean" {
  input    = "in.csv"
  output   = "out.csv"
  interval = "1h"
}

step "smtp" "mail" {
  to           = "a@example.org"
  depends_on   = [step.csv_resample.clean]
  trigger_rule = "one_fail"
}
