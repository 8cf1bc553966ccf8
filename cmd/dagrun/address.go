package main

import (
	"fmt"
	"strings"

	"dagrun/engine"
)

// asAddress is the word that all addresses begin with. People read them without
// it, since what dagrun prints for people leaves it out.
const asAddress = "step."

// typedAddress reads an address as people type it: as it stands in a reference, or
// as dagrun prints it, without the word that all begin with. The error names what
// was typed.
func typedAddress(text string) (engine.Address, error) {
	whole := text
	if !strings.HasPrefix(text, asAddress) {
		whole = asAddress + text
	}
	a, err := engine.ParseAddress(whole)
	if err != nil {
		return a, fmt.Errorf("%q is not a step address; write step.TYPE.NAME or step.TYPE.NAME[\"KEY\"], or leave step. out", text)
	}
	return a, nil
}

// typedAddresses reads all values of a flag.
func typedAddresses(flag string, texts []string) ([]engine.Address, error) {
	var addresses []engine.Address
	for _, text := range texts {
		a, err := typedAddress(text)
		if err != nil {
			return nil, fmt.Errorf("--%s: %w", flag, err)
		}
		addresses = append(addresses, a)
	}
	return addresses, nil
}

// completed gives the form of an address that begins with what has been typed;
// empty where neither does.
func completed(a engine.Address, typed string) string {
	whole := a.String()
	if short := strings.TrimPrefix(whole, asAddress); !strings.HasPrefix(whole, typed) && strings.HasPrefix(short, typed) {
		return short
	}
	if strings.HasPrefix(whole, typed) {
		return whole
	}
	return ""
}
