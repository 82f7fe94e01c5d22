/**
 * Stands in for the native module `@vscode/native-watchdog`, which needs a compiler: ends an extension host
 * whose server is gone.
 */
exports.start = (parent) => {
  const timer = setInterval(() => {
    try {
      process.kill(parent, 0);
    } catch {
      process.exit(87);
    }
  }, 1000);
  timer.unref();
};

exports.exit = (code) => process.exit(code ?? 0);
