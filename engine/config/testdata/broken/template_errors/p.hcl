pipeline "p" {}

step "smtp" "mail" {
  to = "a@example.org"
  text = templatefile("mail.tmpl", {
    name = "Ada"
    rows = 3
  })
}

step "smtp" "syntax" {
  to   = "a@example.org"
  text = templatefile("syntax.tmpl", {})
}

step "smtp" "nested" {
  to   = "a@example.org"
  text = "${upper(templatefile("nested.tmpl", { name = 1 }))}!"
}

step "smtp" "list" {
  to   = "a@example.org"
  text = templatefile("list.tmpl", { names = ["a"] })
}

step "smtp" "vars" {
  to   = "a@example.org"
  text = templatefile("list.tmpl", ["a"])
}
