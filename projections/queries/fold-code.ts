/** Put in by `stack/build.mjs`. */
declare const builtFoldCode: string;

/** Digest of the code that folds agents (`actors/`), as it was built; `sources` where it runs from these, as tests do. */
export const foldCode: string = typeof builtFoldCode === 'undefined' ? 'sources' : builtFoldCode;
