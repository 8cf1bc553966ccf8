pipeline "load" {}

variable "input" { type = string }

variable "output" { type = string }

step "duckdb_load" "readings" {
  source   = var.input
  database = var.output
  table    = "readings"
}
