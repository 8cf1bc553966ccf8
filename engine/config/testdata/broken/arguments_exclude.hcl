pipeline "p" {}

step "plot" "chart" {
  source   = "in.csv"
  database = "w.duckdb"
  query    = "SELECT 1"
  output   = "c.png"
  y        = "t"
}
