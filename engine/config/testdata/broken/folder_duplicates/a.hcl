pipeline "p" {}

step "smtp" "mail" {
  to = "a@example.org"
}
