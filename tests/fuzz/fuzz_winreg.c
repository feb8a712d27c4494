/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers of a remote registry: a value is a text with an end, or it is said why not. */
#include "frame.h"
#include "wire/winreg.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct winreg_handle h;
	char text[WINREG_TEXT];
	struct err e = { 0 };
	uint32_t status;

	must_say_why(winreg_read_handle(data, size, &h, &status, &e), &e);
	must_say_why(winreg_read_value(data, size, text, &status, &e), &e);
	MUST(strnlen(text, WINREG_TEXT) < WINREG_TEXT);
	return 0;
}
