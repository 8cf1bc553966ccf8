pipeline "p" {
  timezone = "Mars"
}

variable "a" {
  type = number
  default = "x"
}

step "csv_resample" "clean" {
  input    = var.b
  output   = 1 + true
  interval = "soon"
  method   = "mode"
}

step "plot" "chart" {
  y = step.csv_resample.clean.columns
}
