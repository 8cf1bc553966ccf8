pipeline "p" {}

step "csv_resample" "clean" {
  input    = "in.csv"
  output   = "in.csv"
  interval = "1h"
}
