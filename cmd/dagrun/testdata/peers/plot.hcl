pipeline "plot" {}

variable "input" { type = string }

variable "output" { type = string }

step "plot" "chart" {
  source = var.input
  output = var.output
  x      = "record"
  y      = "temperatura"
}
