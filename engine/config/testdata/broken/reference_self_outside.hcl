pipeline "p" {}

step "smtp" "mail" {
  to   = "a@example.org"
  text = self.message_id
}
