# What lme4, lmerTest and nlme say of the course's models, for the tests of fit_mixed.
#
#   Rscript tests/reference/lme4.R > tests/reference/lme4.json
#
# Needs Debian's r-cran-lme4, r-cran-lmertest, r-cran-nlme and r-cran-jsonlite. The tests read only
# the json. The optimizers' tolerances are tighter than their defaults, so that the numbers are the
# optimum's and not those of a stop on the way there.
suppressPackageStartupMessages({
  library(lme4)
  library(lmerTest)
  library(jsonlite)
})

tight <- lmerControl(
  optimizer = "nloptwrap", optCtrl = list(xtol_abs = 1e-11, ftol_abs = 1e-13, maxeval = 1e5),
  check.conv.grad = .makeCC("ignore", tol = 1e-3), check.conv.singular = .makeCC("ignore", tol = 1e-4)
)

hsb <- read.csv("data/hsb.csv")
hsb$school <- factor(hsb$schoolid)
hsb$ses_mean <- ave(hsb$ses, hsb$school)
hsb$ses_within <- hsb$ses - hsb$ses_mean
data(sleepstudy, package = "lme4")

named <- function(values) as.list(setNames(as.vector(values), names(values)))
column <- function(table, name) as.list(setNames(table[, name], rownames(table)))

# lme4 stops some digits before the optimum where the likelihood is flat: start again from there.
fit_tightly <- function(formula, data, reml) {
  fit <- lmer(formula, data, REML = reml, control = tight)
  for (radius in c(1e-1, 1e-2, 1e-3)) {
    again <- lmer(formula, data, REML = reml, start = getME(fit, "theta"), control = lmerControl(
      optimizer = "bobyqa", optCtrl = list(rhobeg = radius, rhoend = 1e-9, maxfun = 1e5),
      calc.derivs = FALSE
    ))
    if (logLik(again) > logLik(fit)) fit <- again
  }
  fit
}

describe <- function(formula, data, reml, profile = FALSE, modes = FALSE) {
  fit <- fit_tightly(formula, data, reml)
  table <- summary(fit)$coefficients
  covariance <- VarCorr(fit)[[1]]
  said <- list(
    formula = deparse1(formula), reml = reml,
    estimate = column(table, "Estimate"), std_error = column(table, "Std. Error"),
    df = column(table, "df"), t = column(table, "t value"), p = column(table, "Pr(>|t|)"),
    terms = colnames(covariance),
    covariance = unname(matrix(covariance, nrow(covariance))), residual = sigma(fit)^2,
    loglik = as.numeric(logLik(fit)), singular = isSingular(fit)
  )
  if (!reml) said <- c(said, list(aic = AIC(fit), bic = BIC(fit)))
  if (profile) {
    # lme4 reads the limits off a spline through the profile; with its default steps the spline is
    # 1e-3 off for a correlation, with these steps 1e-6.
    profiled <- suppressWarnings(profile(fit, signames = FALSE, delta.cutoff = 1 / 40))
    limits <- confint(profiled)
    said$profile <- setNames(lapply(seq_len(nrow(limits)), function(i) unname(limits[i, ])),
                             rownames(limits))
  }
  if (modes) {
    ranefs <- ranef(fit, condVar = TRUE)[[1]]
    variances <- attr(ranefs, "postVar")
    said$modes <- list(
      group = rownames(ranefs), mode = unname(as.matrix(ranefs)),
      std_error = t(sapply(rownames(ranefs), function(name) {
        sqrt(diag(as.matrix(variances[, , match(name, rownames(ranefs))])))
      }, USE.NAMES = FALSE))
    )
    if (nrow(covariance) == 1) said$modes$std_error <- t(said$modes$std_error)
  }
  said
}

# nlme is a second opinion: other code, other authors.
second_opinion <- function(fixed, random, data) {
  fit <- nlme::lme(fixed, data, random, method = "REML",
                   control = nlme::lmeControl(tolerance = 1e-10, msTol = 1e-12, opt = "optim", reltol = 1e-14))
  list(estimate = named(nlme::fixef(fit)), loglik = as.numeric(logLik(fit)),
       covariance = unname(matrix(nlme::getVarCov(fit), ncol(nlme::ranef(fit)))), residual = fit$sigma^2)
}

tests <- function() {
  ml <- function(formula) lmer(formula, hsb, REML = FALSE, control = tight)
  of <- function(small, large) {
    table <- anova(small, large)
    list(statistic = table$Chisq[2], df = table$Df[2], p_value = table[["Pr(>Chisq)"]][2])
  }
  null <- ml(mathach ~ 1 + (1 | school))
  x <- ml(mathach ~ ses + (1 | school))
  both <- ml(mathach ~ ses * sector + (1 | school))
  slope_reml <- lmer(mathach ~ ses_within + (ses_within | school), hsb, control = tight)
  intercept_reml <- lmer(mathach ~ ses_within + (1 | school), hsb, control = tight)
  list(
    ses = of(null, x), sector = of(x, both),
    slope = list(statistic = 2 * as.numeric(logLik(slope_reml) - logLik(intercept_reml))),
    # The plain regression's REML likelihood, which a variance of zero leaves.
    no_school = list(statistic = 2 * as.numeric(
      logLik(lmer(mathach ~ 1 + (1 | school), hsb, control = tight)) -
        logLik(lm(mathach ~ 1, hsb), REML = TRUE)
    ))
  )
}

school <- list(
  null = mathach ~ 1 + (1 | school),
  ses = mathach ~ ses + (1 | school),
  ses_sector = mathach ~ ses + sector + (1 | school),
  ses_by_sector = mathach ~ ses * sector + (1 | school),
  within_between = mathach ~ ses_within + ses_mean + (1 | school),
  contextual = mathach ~ ses + ses_mean + (1 | school),
  meanses = mathach ~ meanses + (1 | school),
  random_slope = mathach ~ ses_within + (ses_within | school),
  sector_inside = mathach ~ ses_within * sector + ses_mean + (1 | school),
  sector_slopes = mathach ~ ses_within * sector + ses_mean + (ses_within | school),
  slopes_as_outcomes = mathach ~ meanses * ses_within + sector * ses_within + (ses_within | school),
  singular = mathach ~ ses * sector + (ses | school)
)
slow_to_profile <- c("sector_inside", "sector_slopes", "slopes_as_outcomes", "singular")
models <- lapply(names(school), function(name) list(
  reml = describe(school[[name]], hsb, TRUE, modes = name %in% c("null", "ses", "random_slope")),
  ml = describe(school[[name]], hsb, FALSE, profile = !name %in% slow_to_profile)
))
names(models) <- names(school)
models$sleepstudy <- list(
  reml = describe(Reaction ~ Days + (Days | Subject), sleepstudy, TRUE, modes = TRUE),
  ml = describe(Reaction ~ Days + (Days | Subject), sleepstudy, FALSE, profile = TRUE, modes = TRUE)
)

cat(toJSON(list(
  version = list(R = paste(R.version$major, R.version$minor, sep = "."),
                 lme4 = as.character(packageVersion("lme4")),
                 lmerTest = as.character(packageVersion("lmerTest")),
                 nlme = as.character(packageVersion("nlme"))),
  models = models,
  nlme = list(
    ses = second_opinion(mathach ~ ses, ~ 1 | school, hsb),
    random_slope = second_opinion(mathach ~ ses_within, ~ ses_within | school, hsb),
    sleepstudy = second_opinion(Reaction ~ Days, ~ Days | Subject, sleepstudy)
  ),
  tests = tests()
), digits = NA, auto_unbox = TRUE, pretty = 1), "\n")
