/** The shapes of the console, drawn once and used by name: verdicts, severities, icons. */
export function Symbols() {
  return (
    <svg width="0" height="0" className="sr" aria-hidden="true">
      <symbol id="logo" viewBox="0 0 24 24">
        <path fill="currentColor" d="M6.5 1h11L23 6.500v11L17.5 23h-11L1 17.500v-11z" />
        <path fill="none" stroke="var(--struck-ink)" strokeWidth="2.1" strokeLinejoin="miter" d="M6 19 12 5.2 18 19" />
        <path fill="none" stroke="var(--struck-ink)" strokeWidth="1.7" d="M8 15.800l2-2.2 2 2.2 2-2.2 2 2.2" />
      </symbol>
      <symbol id="v-ok" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="7" fill="currentColor" />
        <path d="m4.7 8.2 2.3 2.3 4.3-4.7" fill="none" stroke="var(--surface)" strokeWidth="1.7" />
      </symbol>
      <symbol id="v-no" viewBox="0 0 16 16">
        <path d="M5.1 1h5.800L15 5.100v5.800L10.9 15H5.100L1 10.900V5.100z" fill="currentColor" />
        <path d="M4.5 8h7" stroke="var(--surface)" strokeWidth="2" />
      </symbol>
      <symbol id="v-warn" viewBox="0 0 16 16">
        <path d="M8 1 15.5 14.500H.5z" fill="currentColor" />
        <path d="M8 5.800v4M8 11.400v1.5" stroke="var(--surface)" strokeWidth="1.6" />
      </symbol>
      <symbol id="v-unknown" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="6.3" fill="none" stroke="currentColor" strokeWidth="1.4" strokeDasharray="2.4 1.6" />
        <path
          d="M6.2 6.400c0-2.3 3.6-2.3 3.6 0 0 1.3-1.8 1.4-1.8 2.700M8 10.800v1.2"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.4"
        />
      </symbol>
      <symbol id="v-none" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="6.3" fill="none" stroke="currentColor" strokeWidth="1.4" />
      </symbol>
      <symbol id="v-other" viewBox="0 0 16 16">
        <rect x="1.7" y="1.7" width="12.6" height="12.6" rx="2" fill="none" stroke="currentColor" strokeWidth="1.4" />
        <path d="M4.5 6.300h7M4.5 9.700h7M9.8 3.8 6.2 12.2" stroke="currentColor" strokeWidth="1.4" />
      </symbol>
      <symbol id="v-expired" viewBox="0 0 16 16">
        <path
          d="M3 1.500h10M3 14.500h10M4.2 1.500C4.2 6 7 6.5 7 8s-2.8 2-2.8 6.500M11.8 1.500C11.8 6 9 6.5 9 8s2.8 2 2.8 6.5"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.4"
        />
        <path d="M5.5 14c.3-2 1.4-2.6 2.5-2.600s2.2.6 2.5 2.600z" fill="currentColor" />
      </symbol>
      <symbol id="v-tamper" viewBox="0 0 16 16">
        <path d="M1 1h6.500l-1.8 4.500L9 7 5.5 15H1zM9.5 1H15v14H7.800l3.6-8.8-3.2-1.500z" fill="currentColor" />
      </symbol>
      <symbol id="s-c" viewBox="0 0 12 12">
        <path d="M6 0 12 6 6 12 0 6z" fill="currentColor" />
      </symbol>
      <symbol id="s-h" viewBox="0 0 12 12">
        <path d="M6 .8 12 11.200H0z" fill="currentColor" />
      </symbol>
      <symbol id="s-m" viewBox="0 0 12 12">
        <path d="M1.2 1.200h9.600v9.600H1.200z" fill="currentColor" />
      </symbol>
      <symbol id="s-l" viewBox="0 0 12 12">
        <circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" strokeWidth="2" />
      </symbol>
      <symbol id="s-n" viewBox="0 0 12 12">
        <path d="M1.5 6h9" stroke="currentColor" strokeWidth="2" />
      </symbol>
      <symbol id="i-find" viewBox="0 0 16 16">
        <circle cx="7" cy="7" r="4.5" />
        <path d="m10.5 10.5 3.5 3.5" />
      </symbol>
      <symbol id="i-repo" viewBox="0 0 16 16">
        <path d="M8 1.5 14 4.700v6.600L8 14.5 2 11.300V4.700zM2 4.700l6 3.3 6-3.300M8 8v6.5" />
      </symbol>
      <symbol id="i-bug" viewBox="0 0 16 16">
        <path d="M8 2v12M2.5 5 8 8l5.5-3M2.5 11 8 8l5.5 3" />
      </symbol>
      <symbol id="i-key" viewBox="0 0 16 16">
        <circle cx="5" cy="11" r="3" />
        <path d="m7.2 8.8 6.3-6.300M11 5l2 2" />
      </symbol>
      <symbol id="i-log" viewBox="0 0 16 16">
        <path d="M4 3h9M4 8h9M4 13h9M1.5 3v.01M1.5 8v.01M1.5 13v.01" />
      </symbol>
      <symbol id="i-gate" viewBox="0 0 16 16">
        <path d="M2.5 14V2.500h11V14M2.5 6h11M6 6v8M10 6v8" />
      </symbol>
      <symbol id="i-rule" viewBox="0 0 16 16">
        <path d="M8 2v12M3 5h10M3 5l-2 5h4zM13 5l-2 5h4zM5 14h6" />
      </symbol>
      <symbol id="i-run" viewBox="0 0 16 16">
        <path d="M1.5 8h3l2-5 3 10 2-5h3" />
      </symbol>
      <symbol id="i-team" viewBox="0 0 16 16">
        <circle cx="6" cy="5" r="2.5" />
        <path d="M1.5 13.500c0-5 9-5 9 0M10.5 3a2.3 2.3 0 0 1 0 4.300M12 9.500c1.7.5 2.5 2 2.5 4" />
      </symbol>
      <symbol id="i-feed" viewBox="0 0 16 16">
        <path d="M8 1.500v9M4.5 7 8 10.5 11.5 7M2 13.500h12" />
      </symbol>
      <symbol id="i-copy" viewBox="0 0 16 16">
        <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
        <path d="M10.5 5.500v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2" />
      </symbol>
      <symbol id="i-chev" viewBox="0 0 16 16">
        <path d="m6 3.5 4.5 4.500L6 12.5" />
      </symbol>
      <symbol id="i-x" viewBox="0 0 16 16">
        <path d="m4 4 8 8M12 4l-8 8" />
      </symbol>
      <symbol id="i-menu" viewBox="0 0 16 16">
        <path d="M2 4h12M2 8h12M2 12h12" />
      </symbol>
      <symbol id="i-theme" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="6" />
        <path d="M8 2v12a6 6 0 0 0 0-12z" fill="currentColor" />
      </symbol>
      <symbol id="i-find-all" viewBox="0 0 16 16">
        <path d="M2 4h12M4 8h8M6 12h4" />
      </symbol>
      <symbol id="i-plus" viewBox="0 0 16 16">
        <path d="M8 3v10M3 8h10" />
      </symbol>
      <symbol id="i-rows" viewBox="0 0 16 16">
        <path d="M2 3.5h12M2 8h12M2 12.5h12" />
      </symbol>
      <symbol id="i-done" viewBox="0 0 16 16">
        <path d="m3 8.5 3.2 3.2L13 4.8" />
      </symbol>
      <symbol id="i-person" viewBox="0 0 16 16">
        <circle cx="8" cy="5" r="2.8" />
        <path d="M2.5 14c0-5.5 11-5.5 11 0" />
      </symbol>
    </svg>
  );
}
