pipeline "p" {}

step "smtp" "a" {
  to   = "a@example.org"
  text = step.smtp.a.message_id
}
