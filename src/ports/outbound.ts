/** Sends a message to an address that users gave. Throws `address-refused` or `network-failed`. */
export type PostMessage = (
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
) => Promise<{ readonly status: number }>;

/** Throws `address-refused` for an address that will never be asked, as far as it can be told without looking it up. */
export type CheckAddress = (url: URL) => void;

/** Sends plain text mail. Throws `mail-failed`. */
export interface Mailer {
  send(mail: {
    readonly to: string;
    readonly subject: string;
    readonly text: string;
    /** Equal for a mail that is sent again. */
    readonly messageId: string;
  }): Promise<void>;
}
