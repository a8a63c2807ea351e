/**
 * Loaded before anything typed: keeps threads from bringing the process down.
 *
 * Node strips types with WebAssembly, in each thread anew. V8 compiles the wrapper of an imported function that is called often and
 * shares it between threads, and now and then frees it twice when threads end: the process dies of it (nodejs/node#64500; seen here once
 * in some 1,500 threads, as a failed check in `WasmImportWrapperCache::Free`). A wrapper that is never compiled is never freed.
 */
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--wasm-wrapper-tiering-budget=2147483647');
