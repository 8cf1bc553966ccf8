pipeline "p" {}

function "upper" {
  params = [a]
  result = a
}

function "twice" {
  params = [a]
  result = "${a}${a}"
}

function "twice" {
  params = [a]
  result = a
}

function "no-params" {
  result = 1
}

function "params" {
  params = [a, b.c]
  result = a
}

function "same" {
  params         = [a, b]
  variadic_param = a
  result         = a
}

function "outside" {
  params = [a]
  result = "${a} ${var.b} ${local.c} ${step.smtp.mail.to}"
}

function "recursive" {
  params = [n]
  result = n > 0 ? recursive(n - 1) : 0
}

function "calls_another" {
  params = []
  result = twice("a")
}

function "typo" {
  params = [a]
  result = uper(a) + nothing
}

function "quoted name" {
  params = []
  result = 1
}
