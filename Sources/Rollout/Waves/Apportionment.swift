/// Shares of a number in proportion to weights, by largest remainder: whole numbers whose sum is exact, none larger than its weight.
struct Apportionment {
    /// `total` split over `weights`; ties go to the earlier one. At most the sum of the weights is given out.
    static func split(_ total: Int, over weights: [Int]) -> [Int] {
        let sum = weights.reduce(0, +)
        let total = min(total, sum)
        guard total > 0 else { return weights.map { _ in 0 } }
        var shares = weights.map { $0 * total / sum }
        let remainders = weights.map { $0 * total % sum }
        let order = weights.indices.sorted { (-remainders[$0], $0) < (-remainders[$1], $1) }
        for index in order.prefix(total - shares.reduce(0, +)) { shares[index] += 1 }
        return shares
    }
}
