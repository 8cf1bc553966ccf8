pipeline "p" {}

step "csv_resample" "clean" {
  input    = "in.csv"
  output   = "out.csv"
  interval = "1h"
}

step "csv_resample" "again" {
  input    = "in.csv"
  output   = "./out.csv"
  interval = "15m"
}
