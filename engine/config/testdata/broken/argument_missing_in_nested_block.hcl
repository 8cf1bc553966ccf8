pipeline "p" {}

step "plot" "chart" {
  source = "in.csv"
  output = "c.png"
  y      = "t"
  threshold {
    color = "blue"
  }
}
