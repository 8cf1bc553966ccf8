pipeline "p" {}

step "csv_resampel" "clean" {
  input = "in.csv"
}
