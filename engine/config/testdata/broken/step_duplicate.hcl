pipeline "p" {}

step "csv_resample" "clean" {
  input    = "in.csv"
  output   = "out.csv"
  interval = "1h"
}

step "csv_resample" "clean" {
  input    = "in.csv"
  output   = "other.csv"
  interval = "1h"
}
