pipeline "p" {}

step "csv_resample" "clean" {
  input    = "in.csv"
  output   = null
  interval = "1h"
}
