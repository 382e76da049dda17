const form = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/**
 * What a `traceparent` header says, in the form of version 00 (W3C Trace Context, section 3.2). Undefined where it says nothing
 * valid: whoever traces must not make the call fail.
 */
export function traceparentOf(header: string | undefined): string | undefined {
  const [, version, traceId, parentId, flags, more] = form.exec(header ?? '') ?? [];
  if (traceId === undefined || parentId === undefined || flags === undefined) return undefined;
  if (version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return undefined;
  // Of the flags of a later version only the one of version 00 is known.
  return `00-${traceId}-${parentId}-${version === '00' ? flags : Number.parseInt(flags, 16) & 1 ? '01' : '00'}`;
}
