pipeline "p" {}

setp "smtp" "mail" {
  to = "a@example.org"
}
