pipeline "p" {}

variable "files" {
  type    = list(string)
  default = ["a.csv", "b.csv"]
}

step "s3_put" "backup" {
  source = var.files
  key    = "backup"
}

step "plot" "chart" {
  source   = "a.csv"
  database = "a.duckdb"
  output   = "chart.png"
  y        = 5
}
