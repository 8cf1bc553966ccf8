pipeline "p" {
  schedule = "0 25 * * *"
}
