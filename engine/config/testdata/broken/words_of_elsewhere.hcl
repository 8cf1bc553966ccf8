pipeline "p" {
  owner = "me"
}

variable "v" {
  default   = "a"
  ephemeral = true
}

output "o" {
  value      = step.smtp.other.to
  depends_on = []
}

step "smtp" "mail" {
  to = "a@example.org"
  retry {
    on = "timeout"
  }
}
