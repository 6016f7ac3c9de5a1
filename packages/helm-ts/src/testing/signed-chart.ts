/** A chart that was packaged with `helm package --sign` by a key made for these tests, and that key's public half. */

/** Content of `signed-1.0.0.tgz`, in base64. */
export const SIGNED_CHART =
  'H4sIFAAAAAAA/ykAK2FIUjBjSE02THk5NWIzVjBkUzVpWlM5Nk9WVjZNV2xqYW5keVRRbz1IZWxtAOzUsU6GMBQF4M59ij4BnHIBk67Mru43oW' +
  'IjLYRWEmN8dxPRQRwcBM3/p99yhw69TXpOdEOwfdk98JKKZ/ajOB4AtHX9PgHsJ9CQ0A0BdEOkIaCrmkgonLDLN08x8SLw67v2j7sQPLs7u0Q3' +
  'BaPWSgb21qjtU8j180AXKCD/e9XsBB/5T9bPIycbSz6+BX7Mf7vPP7Va5/z/hS/51/LRhd6obgr3brjlWXqbuOfERr1s1cCvuQeyLMuuwVsAAA' +
  'D//0L3GrcADAAA';

/** Content of `signed-1.0.0.tgz.prov`. */
export const PROVENANCE = `-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA512

apiVersion: v2
name: signed
version: 1.0.0

...
files:
  signed-1.0.0.tgz: sha256:fa90acde78c475ee3786ca30c888093f8770bb114130d94e20d08975fe7bfc87

-----BEGIN PGP SIGNATURE-----

wsC5BAEBCgBtBYJrAfbHCRD7BYW8jMvwg0UUAAAAAAAcACBzYWx0QG5vdGF0aW9u
cy5vcGVucGdwanMub3JnSMOYpB1vvfaM0nQ7kz3VgXf3VzfhqzzA2GYpLvXeSWgW
IQTFIibsqzSOlNuGXmb7BYW8jMvwgwAAIVIH/j8RhoD7ae1K6JhFY2d9FEGoEgoK
5X6ROCxdVR/rx+h7mRz6qRxxIVgO7OcJCaSL98MmjX2RrXoJSdMHr9FKXwXDo6ll
U0h4WSL/rjgb2hSrqxJWquakZabP9Yywi+UZ9bst0QGghWRNhNWObSvivrMkhJn5
OY4dkHDc2GLeCZjO98vO0MxUkNuY+TcCRvnXBSV+2Yf+6r6VqTQnvaCEkyP4XaNj
AsIurYSfSgOp7GR+nqlhtRL/9jwcpXNjQIHZkJMJPUkYsv7K0r9gCwqjWLqfgd7o
qP662kGcW6Icip3O4aQ5Tcms6hrpHkLdKPcwmLwkwVJrETzBbKWWQFOdt70=
-----END PGP SIGNATURE-----
`;

/** A GnuPG keyring with the signer's public key, in base64. */
export const KEYRING =
  'mQENBGsB9pEBCACkYKUUyd1gnUs/uG5yQn8zfUjq7X8FY45TsrKq6IIhc6eHVORqLgBYfFIJrC2bcr6dL6FWHcluH86a/DRpRYmkueBPiFb7AT' +
  'Cb8udOhDpY0ariVBELAdOIU80KNPtmmlOMoKsm/fk7YRXozSyjJzr7MZ1V8rHaXrkvGn+l4f0QqWsqQWhv7225aTrjubX3EwN8QC9zWGcBwnr/' +
  'gYmuUs2/dA2T5e0QF0uAZgIhvt04iSkXOjXO173k1N6jQToaGliITThsdIHj57LDBMuILjHfdas1phpzknLoomYYcOByEQrhMQf8ZFaKZCRoLQ' +
  'tCmXQM4ZF+pCL4BvzJdUqhjrcDABEBAAG0IUNoYXJ0IFNpZ25lciA8c2lnbmVyQGV4YW1wbGUub3JnPokBTgQTAQoAOBYhBMUiJuyrNI6U24Ze' +
  'ZvsFhbyMy/CDBQJrAfaRAhsvBQsJCAcCBhUKCQgLAgQWAgMBAh4BAheAAAoJEPsFhbyMy/CDHRIH/0wI9r1h3J/7+z1oFW8RNYpNX+0e9EcoU9' +
  'PXP6VydjMwZ32HIyB3L4gthhdJHhVqzpp9m3kgtjpRv6R9p+Sy5zieRohH/1d4p9ZOj5ml23Z870kV42iqmgsaXcFoqKVO1TW4ZfnjXT6Yw351' +
  'cbPz7H9MwVGmSkr9phB88f3JfDPREjq6OKK9UOevTgLJAiesgtZkCQzlOWEVI2idNO2f5QFJ1fayBPENvUrQRH9BVjhJ/Bm5qMBEF4/NDgn3Aq' +
  'qCS4y7priNZhWCXkntPi84rsjfun0vZtFlu1xh7vu32srTisXkRQEWtx3LkFjiD4CyG8OsYQbr5UVpkWUSnnxfgBc=';
