pipeline "p" {}

step "csv_resample" "clean" {
  input    = "in.csv"
  output   = "out.csv"
  interval = "1h"
  postcondition {
    condition     = self.rows >= 24
    error_message = "too few"
  }
}
