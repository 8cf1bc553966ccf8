pipeline "p" {}

step "plot" "chart" {
  database = "w.duckdb"
  output   = "c.png"
  y        = "t"
}
