import Synchronization

/// A `pattern` of a schema, compiled: finds a match anywhere in a text, over Unicode scalars, with ASCII classes, as RE2 does.
///
/// The engine backtracks: a pattern with nested repetitions can take long on long texts, so schemas should give `maxLength`,
/// which is checked first.
public final class Pattern: Sendable {
    public let source: String
    /// `Regex` is no `Sendable`; its matches take turns.
    private let expression: Mutex<Regex<AnyRegexOutput>>

    /// Why a pattern can't be compiled.
    public struct SyntaxError: Error, Hashable, CustomStringConvertible {
        public var description: String
    }

    public init(_ source: String) throws(SyntaxError) {
        self.source = source
        do {
            let compiled = try Regex(RE2Syntax.translated(source))
            expression = Mutex(
                compiled.matchingSemantics(.unicodeScalar).asciiOnlyDigits().asciiOnlyWordCharacters().asciiOnlyWhitespace()
                    .asciiOnlyCharacterClasses())
        } catch {
            throw SyntaxError(description: "\(error)")
        }
    }

    public func matches(_ text: String) -> Bool {
        expression.withLock { (try? $0.firstMatch(in: text)) != nil }
    }

    /// The compiled pattern, from a cache that all schemas share.
    public static func cached(_ source: String) throws(SyntaxError) -> Pattern {
        if let known = cache.withLock({ $0[source] }) { return known }
        let compiled = try Pattern(source)
        cache.withLock {
            if $0.count >= cacheLimit { $0.removeAll() }
            $0[source] = compiled
        }
        return compiled
    }

    private static let cacheLimit = 1024
    private static let cache = Mutex<[String: Pattern]>([:])
}
