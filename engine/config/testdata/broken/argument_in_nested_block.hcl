pipeline "p" {}

step "plot" "chart" {
  source = "in.csv"
  output = "c.png"
  y      = "t"
  threshold {
    value = 25
    colour = "blue"
  }
}
