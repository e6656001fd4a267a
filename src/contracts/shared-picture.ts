/** A picture that another app sends: how it gets from the service worker, which receives it, to the page. */
export const SHARE_TARGET = "/share-target";
/** The form's field that holds it. */
export const SHARE_FIELD = "picture";
/** The page's address after it was received. */
export const SHARED_PARAMETER = "shared";
export const SHARE_CACHE = "easel-shared";
/** Where it lies in that cache until the page takes it. */
export const SHARED_PATH = "/shared-picture";
/** Its name, percent-encoded: a header holds no other letters than Latin ones. */
export const NAME_HEADER = "x-file-name";
