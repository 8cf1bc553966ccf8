pipeline "p" {}

step "csv_resample" "a" {
  input    = "in.csv"
  output   = "out.csv"
  interval = "1h"
  widths = {
    one  = "1h"
    many = ["1h", "soon"]
  }
}
