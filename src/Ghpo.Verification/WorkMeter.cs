namespace Ghpo.Verification;

/// <summary>Counts work, so that every input ends early on every machine alike. Never looks at a clock.</summary>
internal sealed class WorkMeter
{
    /// <summary>Nested groups deeper than this are not read.</summary>
    public const int MostDepth = 200;

    /// <summary>Numbers longer than this are not computed with.</summary>
    public const int MostDigits = 3_000;

    private readonly long _limit;
    private long _left;

    public WorkMeter(long limit)
    {
        _limit = limit;
        _left = limit;
    }

    public long Spent => _limit - Math.Max(_left, 0);

    public void Spend(long units)
    {
        _left -= units;
        if (_left < 0) throw new WorkLimitException();
    }

    /// <summary>One operation on fractions of so many bits: mostly their greatest common divisor.</summary>
    public void SpendOnBits(long bits) => Spend((bits / 8) + (bits * bits / 50_000));

    /// <summary>One number of so many decimal digits, read or written.</summary>
    public void SpendOnDigits(long digits) => SpendOnBits(4 * digits);
}

/// <summary>The work limit is reached. Caught inside the verifier; never leaves it.</summary>
internal sealed class WorkLimitException : Exception;
