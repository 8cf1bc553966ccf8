pipeline "p" {
  timeout = local.limit
}

locals {
  limit = step.smtp.mail.message_id
}

step "smtp" "mail" {
  to = "a@example.org"
}
