package main

import "testing"

// TestAnnotationsAreEscapedAsGitHubReadsThem follows the table of GitHub's
// workflow commands: a message escapes %, CR and LF, a property also : and ,.
func TestAnnotationsAreEscapedAsGitHubReadsThem(t *testing.T) {
	const all = "100 %: a,b\r\nc %0A"
	if got, want := githubEscape(all, false), "100 %25: a,b%0D%0Ac %250A"; got != want {
		t.Errorf("message: got %q, want %q", got, want)
	}
	if got, want := githubEscape(all, true), "100 %25%3A a%2Cb%0D%0Ac %250A"; got != want {
		t.Errorf("property: got %q, want %q", got, want)
	}
}
