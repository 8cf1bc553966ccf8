pipeline "p" {}

function "double" {
  params = [n]
  result = {
    value = n * 2
  }
}

step "smtp" "mail" {
  to   = "a@example.org"
  text = double("warm").value
}

step "smtp" "more" {
  to   = double()
  text = double(1, 2)
}

step "smtp" "far" {
  to   = "a@example.org"
  text = double(null)
}

step "smtp" "name" {
  to   = "a@example.org"
  text = doubel(2)
}
