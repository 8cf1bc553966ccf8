pipeline "resample" {}

variable "input" { type = string }

variable "output" { type = string }

step "csv_resample" "hourly" {
  input     = var.input
  output    = var.output
  time      = ["date", "time"]
  interval  = "1h"
  aggregate = { temperatura = ["mean", "min", "max", "count"] }
}
