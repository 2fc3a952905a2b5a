/** Makes and checks password hashes; the check takes the same time for a hash that is not there. */
export interface Passwords {
  hash(password: string): Promise<string>;
  verify(password: string, hash: string | undefined): Promise<boolean>;
}
