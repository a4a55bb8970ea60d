import Testing

/// The programs themselves, run as users run them. One test at a time: each has processes of its own, and machines are small.
@Suite(.serialized) enum EndToEnd {}
