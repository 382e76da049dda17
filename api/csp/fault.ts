/** One thing that a browser would refuse, or that would let in what it should refuse. */
export interface CspFault {
  /** `file:line:column` */
  where: string;
  /** The directive that it offends, such as `script-src`. */
  directive: string;
  what: string;
  mend: string;
}

export const describe = ({ where, directive, what, mend }: CspFault): string =>
  `${where}  ${directive}: ${what}\n    ${mend}`;
