import GraftHost
import Testing

@Suite("Shares of calls")
struct RoutingShareTests {
    static let keys = (0..<100_000).map { "user-\($0)" }

    private func rule(_ basisPoints: Int64, salt: String = "0123456789abcdef") -> RoutingRule {
        RoutingRule(salt: salt, shares: [.init(below: basisPoints * (1 << 48) / 10_000)])
    }

    /// Five standard deviations of a draw of 100,000: a hash that is none fails, a good one does not.
    @Test(arguments: [1, 100, 500, 1250, 5000, 9000, 9999] as [Int64])
    func `hold their part of a hundred thousand keys`(basisPoints: Int64) {
        let rule = rule(basisPoints)
        let found = Double(Self.keys.count { rule.route(Call(key: $0)) == .canary })
        let share = Double(basisPoints) / 10_000
        let deviation = (Double(Self.keys.count) * share * (1 - share)).squareRoot()
        let expected = Double(Self.keys.count) * share
        #expect(abs(found - expected) <= 5 * deviation + 1, "\(found) of \(expected)")
    }

    @Test func `that grow keep every key they had`() {
        let rules = [1, 100, 500, 5000, 9999, 10_000].map { rule($0) }
        for key in Self.keys.prefix(20_000) {
            var isCanary = false
            for rule in rules {
                let goesToCanary = rule.route(Call(key: key)) == .canary
                #expect(!isCanary || goesToCanary, "\(key) was sent back")
                isCanary = goesToCanary
            }
            #expect(isCanary, "100 % are all")
        }
    }

    @Test func `of another salt are others`() {
        let (first, second) = (rule(5000), rule(5000, salt: "fedcba9876543210"))
        let same = Self.keys.prefix(20_000).count { first.route(Call(key: $0)) == second.route(Call(key: $0)) }
        // Of keys that are placed independently half agree.
        #expect((9_500...10_500).contains(same))
    }

    @Test func `leave calls without a key with the stable version`() {
        #expect(rule(10_000).route(Call()) == .stable)
        let byHeader = RoutingRule(salt: "s", shares: [.init(of: .header("x-user"), below: 1 << 48)])
        #expect(byHeader.route(Call(key: "bob")) == .stable)
        #expect(byHeader.route(Call(headers: [.init("X-User", "bob")])) == .canary)
    }
}
