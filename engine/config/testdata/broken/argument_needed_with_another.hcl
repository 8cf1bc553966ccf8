pipeline "p" {}

variable "mode" {
  type    = string
  default = "upsert"
}

step "duckdb_load" "store" {
  database = "w.duckdb"
  source   = "in.csv"
  table    = "t"
  mode     = var.mode
}
