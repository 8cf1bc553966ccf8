pipeline "p" {}

step "smtp" "a" {
  to         = "a@example.org"
  depends_on = [step.smtp.c]
}

step "smtp" "b" {
  to   = "a@example.org"
  text = step.smtp.a.message_id
}

step "smtp" "c" {
  to   = "a@example.org"
  text = step.smtp.b.message_id
}
