package config_test

import (
	"os"
	"strings"
	"testing"

	"dagrun/engine/config"
)

// TestThePageHasTheWholeLanguage holds README.md against what is declared: each
// function and each setting stands there as code.
func TestThePageHasTheWholeLanguage(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	for kind, words := range config.Words() {
		for _, word := range words {
			if !strings.Contains(page, "`"+word+"`") && !strings.Contains(page, "\n  "+word+" ") {
				t.Errorf("README.md lacks %q, of %s", word, kind)
			}
		}
	}
}
