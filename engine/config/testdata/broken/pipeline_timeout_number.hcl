pipeline "p" {
  timeout = 30
}
